import { ApiProblem } from '../api/problem.ts'
import { problemText } from '../text/index.ts'
import type { Faults } from './composition.ts'
import { text } from './composer-text.ts'
import { text as postText } from './text.ts'

export interface FaultWords {
  text: string | undefined
  area: string | undefined
  whole: string | undefined
}

/** What is wrong with a draft, for people. */
export function faultWords({ text: fault, area, whole }: Faults, overBy: number): FaultWords {
  const { emptyDraft } = text.value
  const { tooLong } = postText.value
  const refused = problemText(new ApiProblem({ code: 'bad_input' }))
  const textWords = { empty: emptyDraft, too_long: tooLong(Math.max(1, overBy)), refused }
  return {
    text: fault === undefined ? undefined : textWords[fault],
    area: area === undefined ? undefined : refused,
    whole: whole === undefined ? undefined : wholeWords(whole),
  }
}

function wholeWords(whole: NonNullable<Faults['whole']>): string {
  const { pictureFailed, unknownOutcome, postedBefore } = text.value
  switch (whole) {
    case 'picture_failed':
      return pictureFailed
    case 'unknown':
      return unknownOutcome
    case 'posted_before':
      return postedBefore
    default:
      return problemText(whole)
  }
}
