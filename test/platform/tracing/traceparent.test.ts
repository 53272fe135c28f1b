import test from 'ava'
import { contextOf, traceparentOf } from '../../../src/platform/tracing/traceparent.ts'

const [trace, span] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']

test('a header of W3C Trace Context is read and written', (t) => {
  t.deepEqual(contextOf(`00-${trace}-${span}-01`), { traceId: trace, spanId: span, traceFlags: 1, isRemote: true })
  t.is(contextOf(`00-${trace}-${span}-00`)?.traceFlags, 0)
  t.is(contextOf(`00-${trace}-${span}-03`)?.traceFlags, 1)
  t.is(traceparentOf({ traceId: trace, spanId: span, traceFlags: 1 }), `00-${trace}-${span}-01`)
})

const odd = {
  nothing: '',
  'another version': `01-${trace}-${span}-01`,
  'the version that is none': `ff-${trace}-${span}-01`,
  'a trace of zeros': `00-${'0'.repeat(32)}-${span}-01`,
  'a span of zeros': `00-${trace}-${'0'.repeat(16)}-01`,
  'upper case': `00-${trace.toUpperCase()}-${span}-01`,
  'something behind it': `00-${trace}-${span}-01-more`,
  'a short trace': `00-${trace.slice(1)}-${span}-01`,
  'no flags': `00-${trace}-${span}`,
  'a line break': `00-${trace}-${span}-01\n`,
}

for (const [what, text] of Object.entries(odd)) {
  test(`${what} is no traceparent`, (t) => {
    t.is(contextOf(text), undefined)
  })
}
