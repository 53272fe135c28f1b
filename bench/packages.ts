import path from 'node:path'
import { projectFolder } from '../tools/paths.ts'
import { provideSidePackages } from '../tools/side-packages.ts'

export const benchFolder = path.join(projectFolder, 'bench')

/** The peers are packages of this folder alone. */
export async function providePeers(say: (line: string) => void): Promise<void> {
  await provideSidePackages(benchFolder, 'what Madang is measured against', say)
}
