import test from 'ava'
import { codes } from '../../src/platform/errors.ts'
import { ApiProblem } from '../../web/src/api/problem.ts'
import { language, languages, problemText, waitText } from '../../web/src/text/index.ts'
import { problems } from '../../web/src/text/problems.ts'

test.serial('every error that a server may answer has words in every language, and so has no answer at all', (t) => {
  const expected = [...Object.keys(codes), 'offline'].toSorted()
  t.true(expected.length > 30)

  for (const one of languages) {
    t.deepEqual(Object.keys(problems[one]).toSorted(), expected)
    for (const words of Object.values(problems[one])) t.regex(words, /^\S.+[.]$/)
  }
})

test.serial('no two languages say it with the same words', (t) => {
  for (const [code, words] of Object.entries(problems.ko)) {
    t.regex(words, /[가-힣]/)
    t.not(words, Object.entries(problems.en).find(([other]) => other === code)?.[1])
  }
})

test.serial('a refusal for haste says how long to wait', (t) => {
  const problem = new ApiProblem({ code: 'rate_limited', retryAfter: 42 })

  language.value = 'en'
  t.is(problemText(problem), 'That was very quick. Please wait a little. (42 seconds)')
  language.value = 'ko'
  t.is(problemText(problem), '너무 빨라요. 잠시 쉬었다가 다시 해 주세요. (42초)')
})

test.serial('what is no answer of the API is told as our own mistake', (t) => {
  language.value = 'en'

  t.is(problemText(new TypeError('x is undefined')), problems.en.internal)
  t.is(problemText(undefined), problems.en.internal)
})

test.serial('waits are told in seconds, and long ones in minutes', (t) => {
  language.value = 'en'

  t.is(waitText(0.2), '1 second')
  t.is(waitText(89), '89 seconds')
  t.is(waitText(90), '2 minutes')
  t.is(waitText(3600), '60 minutes')
})
