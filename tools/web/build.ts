import { runTool } from '../problem.ts'
import { screenProgress } from '../progress.ts'
import { provideWebClient } from './client.ts'

/** npm run web: builds the web client into web/dist, from where Nginx serves it, unless it is there already. */
await runTool(async () => {
  await provideWebClient(screenProgress())
  return 0
})
