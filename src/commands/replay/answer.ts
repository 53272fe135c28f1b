import type { Frame, FrameOf } from './frames.ts'

/** What became of a frame that asks for an answer. `lost`: nobody knows, the connection or the time ran out. */
export type Answer<Type extends Frame['type'] = Frame['type']> =
  | { type: 'answered'; frame: FrameOf<Type> }
  | { type: 'refused'; code: string; detail: string | undefined; retryAfterMs: number | undefined }
  | { type: 'lost' }

/** What a frame with a `ref` says. */
export function answerIn(frame: Frame): Answer {
  if (frame.type !== 'error') return { type: 'answered', frame }
  const retryAfterMs = frame.retryAfter === undefined ? undefined : frame.retryAfter * 1000
  return { type: 'refused', code: frame.code, detail: frame.detail, retryAfterMs }
}

/** The answer as one of the frame that was expected; undefined when it is another. */
export function answerOf<Type extends Frame['type']>(answer: Answer, type: Type): Answer<Type> | undefined {
  if (answer.type !== 'answered') return answer
  return isOf(answer.frame, type) ? { type: 'answered', frame: answer.frame } : undefined
}

function isOf<Type extends Frame['type']>(frame: Frame, type: Type): frame is FrameOf<Type> {
  return frame.type === type
}
