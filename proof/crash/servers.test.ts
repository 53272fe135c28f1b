import test from 'ava'
import { playFreezes, serverFreezes } from './frozen.ts'
import { labOf } from './lab.ts'
import { playAll } from './scene.ts'
import { holdToHistory } from './verdict.ts'

const lab = labOf(test)

playAll(test, lab, 'server')
playFreezes(test, lab, serverFreezes)

holdToHistory(test, lab)
