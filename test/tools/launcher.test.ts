import test from 'ava'
import { isRightNode } from '../../tools/launcher.mjs'

test('Node 24.16 and what came after it are right, older ones are not', (t) => {
  for (const version of ['v24.16.0', 'v24.21.0', 'v26.0.0']) t.true(isRightNode(version), version)
  for (const version of ['v18.20.8', 'v20.20.2', 'v24.15.9', 'v22.99.0']) t.false(isRightNode(version), version)
})
