import test from 'ava'
import { newPassword, username } from '../../src/accounts/account.ts'
import { destinationOf, doorFrom } from '../../web/src/accounts/destination.ts'
import { deviceOf } from '../../web/src/accounts/device.ts'
import { passwordFault, strengthOf } from '../../web/src/accounts/password.ts'
import { middleSquare, moved, zoomed } from '../../web/src/accounts/square.ts'
import { usernameFault } from '../../web/src/accounts/username.ts'

test('the page takes the usernames that the server takes, and no others', (t) => {
  const names = ['', 'al', 'bob', 'Carol_7', 'a'.repeat(30), 'a'.repeat(31), 'al ice', '앨리스', 'bob-1', '___']

  const verdicts = names.map((name) => usernameFault(name) === undefined)

  t.deepEqual(
    verdicts,
    names.map((name) => username.safeParse(name).success),
  )
  t.true(verdicts.includes(true))
  t.is(usernameFault('al'), 'usernameShort')
  t.is(usernameFault('a'.repeat(31)), 'usernameLong')
  t.is(usernameFault('앨리스'), 'usernameLetters')
})

test('the page takes the passwords that the server takes, counted in characters as people see them', (t) => {
  const passwords = [
    '',
    'short',
    '123456789',
    '1234567890',
    '가나다라마바사아자차',
    '🌲'.repeat(10),
    'x'.repeat(128),
    'x'.repeat(129),
  ]

  const verdicts = passwords.map((password) => passwordFault(password) === undefined)

  t.deepEqual(
    verdicts,
    passwords.map((password) => newPassword.safeParse(password).success),
  )
  t.deepEqual(passwordFault('1234567'), { kind: 'short', missing: 3 })
  t.deepEqual(passwordFault('x'.repeat(129)), { kind: 'long' })
})

test('a password is weak that everybody tries, that repeats itself or that tells the name', (t) => {
  for (const weak of ['1234567890', 'password1234', 'aaaaaaaaaaaaaaaa', 'abcdefghijklmnop', 'qwerty123456']) {
    t.is(strengthOf(weak), 'weak', weak)
  }
  t.is(strengthOf('alice lives by the river', ['alice']), 'weak')
})

test('a sentence is a strong password, in any script', (t) => {
  t.is(strengthOf('the pine stands by the old well'), 'strong')
  t.is(strengthOf('감나무 아래 항아리 여섯 개'), 'strong')
  t.not(strengthOf('kdjfhgiuty'), 'strong')
})

test('one comes to where one wanted to go, and nowhere else than in Madang', (t) => {
  const origin = 'https://madang.example'

  t.is(destinationOf({ to: '/posts/12?x=1' }, origin), '/posts/12?x=1')
  t.is(destinationOf({}, origin), '/')
  for (const to of ['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)', '/sign-in']) {
    t.is(destinationOf({ to }, origin), '/', to)
  }
})

test('the door is asked for with the way back, also from one door to the other', (t) => {
  t.is(doorFrom('/sign-up', { path: '/posts/12', url: '/posts/12', query: {} }), '/sign-up?to=%2Fposts%2F12')
  t.is(
    doorFrom('/sign-in', { path: '/sign-up', url: '/sign-up?to=%2Frooms', query: { to: '/rooms' } }),
    '/sign-in?to=%2Frooms',
  )
  t.is(doorFrom('/sign-in', { path: '/sign-up', url: '/sign-up', query: {} }), '/sign-in')
})

test('a session is called by what a person would call the device', (t) => {
  const chrome =
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'
  const safari =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'
  const samsung =
    'Mozilla/5.0 (Linux; Android 14; SM-S918N) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36'

  t.deepEqual(deviceOf(chrome), { browser: 'Chrome', system: 'Windows' })
  t.deepEqual(deviceOf(safari), { browser: 'Safari', system: 'iPhone' })
  t.deepEqual(deviceOf(samsung), { browser: 'Samsung Internet', system: 'Android' })
  t.is(deviceOf('curl/8.1'), undefined)
})

test('the square of a picture begins in its middle, and never leaves it', (t) => {
  const picture = { width: 400, height: 300 }
  const middle = middleSquare(picture)
  t.deepEqual(middle, { left: 50, top: 0, side: 300 })

  t.deepEqual(moved(middle, { x: -500, y: 20 }, picture), { left: 0, top: 0, side: 300 })
  t.deepEqual(zoomed(middle, 2, picture), { left: 125, top: 75, side: 150 })
  t.deepEqual(zoomed(middle, 99, picture).side, 75)
  const corner = moved(zoomed(middle, 4, picture), { x: 999, y: 999 }, picture)
  t.deepEqual(zoomed(corner, 1, picture), { left: 100, top: 0, side: 300 })
})
