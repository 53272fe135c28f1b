import test from 'ava'
import { front } from './nginx-front.ts'

/** Whose request it is, whoever stands between. */

test('what a client says about its address is believed of a trusted proxy alone', async (t) => {
  const { ask } = await front(t, 1, { trustedProxies: ['127.0.9.0/24', '10.0.0.0/8', 'fd00::/8'] })
  const heard = async (from: string, said: string) =>
    (await ask({ from, headers: { 'X-Forwarded-For': said } })).body.headers['x-forwarded-for']

  t.is(await heard('127.0.8.1', '6.6.6.6, 7.7.7.7, 10.1.1.1'), '127.0.8.1')
  t.is(await heard('127.0.9.1', '6.6.6.6, 7.7.7.7, 10.1.1.1'), '7.7.7.7')
  t.is(await heard('127.0.9.1', '6.6.6.6, 2001:db8::7, fd00::1'), '2001:db8::7')
})

test('behind a proxy that is trusted people are spread over the servers by their own addresses', async (t) => {
  const { ask } = await front(t, 2, { trustedProxies: ['127.0.9.1'] })
  const serverFor = async (address: string, from: string): Promise<string> =>
    (await ask({ from, headers: { 'X-Forwarded-For': address } })).body.server
  const addresses = Array.from({ length: 8 }, (_, index) => `198.51.${index}.1`)

  const behindOurs = await Promise.all(addresses.map((address) => serverFor(address, '127.0.9.1')))
  const behindAnother = await Promise.all(addresses.map((address) => serverFor(address, '127.0.9.2')))

  t.is(new Set(behindOurs).size, 2)
  t.is(new Set(behindAnother).size, 1)
})

test('a line of the PROXY protocol says whose connection it is, from a trusted proxy alone', async (t) => {
  const { say } = await front(t, 1, { hasProxyProtocol: true, trustedProxies: ['127.0.0.1'] })
  const stranger = await front(t, 1, { hasProxyProtocol: true, trustedProxies: ['10.0.0.1'] })
  const words = 'GET /v1/hello HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6\r\nConnection: close\r\n\r\n'
  const heard = ({ text }: { text: string }) => /"x-forwarded-for":"([^"]*)"/.exec(text)?.[1]

  t.is(heard(await say(`PROXY TCP4 203.0.113.7 127.0.0.1 40000 80\r\n${words}`)), '203.0.113.7')
  t.is(heard(await say(`PROXY TCP6 2001:db8::7 ::1 40000 80\r\n${words}`)), '2001:db8::7')
  t.is(heard(await stranger.say(`PROXY TCP4 203.0.113.7 127.0.0.1 40000 80\r\n${words}`)), '127.0.0.1')
  t.not((await say(words)).status, 200)
})

test('who has a whole network of IPv6 has the limits of one, and the next network its own', async (t) => {
  const limits = { requestsPerSecond: 1, requestsBurst: 1 }
  const { ask } = await front(t, 1, { limits, trustedProxies: ['127.0.0.1'] })
  const statusFrom = async (address: string) => (await ask({ headers: { 'X-Forwarded-For': address } })).status
  const own = (host: number): string => `2001:db8:0:1:${host}::1`

  const first = await Promise.all([1, 2, 3, 4, 5, 6].map((host) => statusFrom(own(host))))
  const next = await statusFrom('2001:db8:0:2::1')
  const old = await statusFrom('198.51.100.1')

  t.true(first.includes(429), first.join())
  t.deepEqual([next, old], [200, 200])
})
