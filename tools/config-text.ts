import { describeSettings } from '../src/config.ts'

/** Text of docs/configuration.md, made from the settings themselves; `tools/config-reference.ts` writes it. */
export function configReference(): string {
  const settings = describeSettings()
  const rows = sections.map(({ title, about, first }, nth) => {
    const from = placeOf(settings, first)
    const next = sections[nth + 1]
    const own = settings.slice(from, next === undefined ? undefined : placeOf(settings, next.first))
    return [`## ${title}\n`, ...(about === undefined ? [] : [`${about}\n`]), ...tableOf(own)].join('\n')
  })
  return `${[opening, ...rows].join('\n\n')}\n`
}

type Setting = ReturnType<typeof describeSettings>[number]

function placeOf(settings: readonly Setting[], name: string): number {
  const place = settings.findIndex((setting) => setting.name === name)
  if (place < 0)
    throw new Error(`there is no setting ${name} any more: say in tools/config-text.ts where its section begins`)
  return place
}

function tableOf(settings: readonly Setting[]): string[] {
  return [
    '| setting | default | values | meaning |',
    '|---|---|---|---|',
    ...settings.map(
      ({ name, standard, values, meaning }) =>
        `| \`${name}\` | ${standard === '' ? '–' : `\`${standard}\``} | ${values} | ${meaning.replaceAll('|', '\\|')} |`,
    ),
  ]
}

/** In the order of src/config.ts: each goes on to where the next one begins. */
const sections: { title: string; first: string; about?: string }[] = [
  { title: 'Processes', first: 'HOST' },
  { title: 'Traces', first: 'OTEL_EXPORTER_OTLP_ENDPOINT' },
  { title: 'Services and probes', first: 'DATABASE_URL' },
  {
    title: 'Signing in',
    first: 'TOKEN_KEYS',
    about: '`TOKEN_KEYS` is a secret: give it by `TOKEN_KEYS_FILE`.',
  },
  {
    title: 'Limits of people',
    first: 'SIGN_IN_PER_MINUTE',
    about: 'A process says in its log which limits are raised above their defaults.',
  },
  { title: 'The stream', first: 'STREAMS_PER_ACCOUNT' },
  {
    title: 'Rooms: buffers, storing, closing',
    first: 'BUFFER_MAX_ENTRIES',
    about: 'What some of these give up, or cost, is in [operations.md](operations.md) and [tuning.md](tuning.md).',
  },
  {
    title: 'Receipts and transcripts',
    first: 'RECEIPT_KEY',
    about: '`RECEIPT_KEY` is a secret: give it by `RECEIPT_KEY_FILE`.',
  },
  {
    title: 'Pictures',
    first: 'MEDIA_STORAGE',
    about: '`MEDIA_S3_SECRET_KEY` is a secret: give it by `MEDIA_S3_SECRET_KEY_FILE`.',
  },
]

const opening = `# Configuration

Every setting of servers, workers and commands, as \`src/config.ts\` reads them from the environment. This page is written by
\`node tools/launcher.mjs tools/command.ts tools/config-reference.ts\`, and a test holds it to the code; [.env.example](../.env.example) is the same as a file to start from.

- Each \`NAME\` may be given as \`NAME_FILE\`, the path of a file with the value: so secrets are given. An empty value counts as none.
- What is not valid is said in one line for each setting, and nothing starts.
- Durations carry their unit in the name, sizes are bytes.
- \`npm start\` and compose read \`.env\`; what compose fixes itself stands in docker-compose.yml. Settings of Nginx begin with \`MADANG_\` and stand there, too.`
