import { request } from 'node:http'

/** In the place of `docker`: hands its words to the test that listens at the port of the first one, however long that takes, and ends as it says. */
const [port, ...words] = process.argv.slice(2)

const asking = request({ host: '127.0.0.1', port, method: 'POST', agent: false }, async (answer) => {
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  const { code, output } = JSON.parse(text) as { code: number; output: string }
  process.stdout.write(output)
  process.exitCode = code
})
asking.end(JSON.stringify(words))
