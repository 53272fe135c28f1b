import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { Problem, runTool } from '../../tools/problem.ts'
import { screenProgress } from '../../tools/progress.ts'
import { looksOf } from './looks.ts'
import { inOwnStack } from './own-stack.ts'
import { views } from './views.ts'
import { visit } from './visit.ts'

const usage = `npm run web:screenshots -- --to FOLDER [--view NAME]…
  --to FOLDER    where the pictures are put: room-360-dark-ko.png, a view in each width, theme and language
  --view NAME    only this view: ${views.map(({ name }) => name).join(', ')}`

/** Pictures of every main view, on a stack of its own with the demo data. */
async function main(): Promise<number> {
  const { to, names } = options()
  const chosen = views.filter(({ name }) => names.length === 0 || names.includes(name))
  const folder = path.resolve(to)
  mkdirSync(folder, { recursive: true })
  const progress = screenProgress()
  let count = 0
  await inOwnStack(progress, async (browser, house) => {
    for (const view of chosen) {
      await progress.step(view.name, async (note) => {
        for (const looks of looksOf(view)) {
          const name = `${view.name}-${looks.width}-${looks.theme}-${looks.language}`
          note(name)
          const seen = await visit(browser, house, view, looks)
          await seen.page.screenshot({ path: path.join(folder, `${name}.png`) })
          await seen.close()
          count += 1
        }
      })
    }
  })
  process.stdout.write(`${count} pictures in ${folder}\n`)
  return 0
}

function options(): { to: string; names: string[] } {
  const { values } = parseArgs({
    options: { to: { type: 'string' }, view: { type: 'string', multiple: true, default: [] } },
  })
  const unknown = values.view.find((name) => !views.some((view) => view.name === name))
  if (values.to === undefined || unknown !== undefined) throw new Problem(usage)
  return { to: values.to, names: values.view }
}

await runTool(main)
