import path from 'node:path'
import { longestPathBytes } from '../../src/config.ts'
import { dataFolder, privateFolder } from '../paths.ts'

/** Where the local stack keeps what it has: all below one folder that only its owner may enter. */
export interface Layout {
  folder: string
  ports: string
  secrets: string
  /** Address, process ids and connection strings of the running stack, for tools such as replay. */
  stack: string
  /** The settings of the stack as an env file, for commands that are typed beside it. */
  env: string
  owner: string
  log(name: string): string
  pidFile(name: string): string
  inside(name: string): string
  /** Unix socket of a server; undefined where the folder lies too deep for one. */
  socket(name: string): string | undefined
  /** A well-known port for the usual stack; others take what is free, so that several start side by side. */
  usualPort(port: number): number | undefined
}

const usualFolder = path.join(dataFolder, 'local')

export function localLayout(folder = usualFolder): Layout {
  const inside = (name: string): string => path.join(folder, name)
  privateFolder(folder)
  return {
    folder,
    ports: inside('ports.json'),
    secrets: inside('secrets.json'),
    stack: inside('stack.json'),
    env: inside('stack.env'),
    owner: inside('start.pid'),
    log: (name) => path.join(folder, 'logs', `${name}.log`),
    pidFile: (name) => path.join(folder, 'pids', `${name}.pid`),
    inside,
    socket: (name) =>
      Buffer.byteLength(inside(`${name}.sock`)) <= longestPathBytes ? inside(`${name}.sock`) : undefined,
    usualPort: (port) => (folder === usualFolder ? port : undefined),
  }
}
