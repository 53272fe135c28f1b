import test from 'ava'
import { ConfigError, loadConfig } from '../src/config.ts'

const needed = {
  DATABASE_URL: 'mysql://madang@localhost/madang',
  REDIS_URL: 'redis://localhost',
  TOKEN_KEYS: 'one:c2VjcmV0',
}

const refusalOf = (settings: Record<string, string>): string => {
  try {
    loadConfig({ ...needed, ...settings })
    return 'taken'
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}

const noOrigins = [
  'localhost:8080',
  'madang.example:8443',
  'madang.example',
  'null',
  'ftp://madang.example',
  'https://madang.example/madang',
  'https://madang.example?a=b',
  'https://ada@madang.example',
]

for (const wrong of noOrigins) {
  test(`${wrong} is no origin, and who sets it hears which setting that is`, (t) => {
    const words = `must be http:// or https:// with a host, perhaps a port, and nothing else; "${wrong}" is not`
    t.is(refusalOf({ PUBLIC_ORIGIN: wrong }), `The configuration is not valid.\n  PUBLIC_ORIGIN: ${words}`)
    t.is(
      refusalOf({ ALLOWED_ORIGINS: `https://a.example,${wrong}` }),
      `The configuration is not valid.\n  ALLOWED_ORIGINS: ${words}`,
    )
  })
}

test('origins are taken as browsers write them', (t) => {
  const { origins } = loadConfig({
    ...needed,
    PUBLIC_ORIGIN: 'https://Madang.example:443/',
    ALLOWED_ORIGINS: 'http://127.0.0.1:8080, https://마당.example,',
  })

  t.deepEqual([...origins], ['https://madang.example', 'http://127.0.0.1:8080', 'https://xn--ok1b32k.example'])
})
