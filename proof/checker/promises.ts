import type { Rule } from './contract.ts'

/** Each promise in a sentence, as docs/proof.md has them. */
export const promises: { readonly [rule in Rule]: string } = {
  C1: 'What was acknowledged is in MySQL exactly once, or declared lost.',
  C2: 'Nothing is there twice under one sender and id.',
  C3: 'It stands at the place, by the person and in the words that were acknowledged.',
  C4: 'Nothing is there that nobody sent.',
  C5: 'What may or may not have been kept is there at most once.',
  C6: 'What was refused is not there, and what is there is never refused as not kept.',
  C7: 'Whoever speaks after somebody else was answered stands below them.',
  C8: 'Closed is closed, and who was put out says nothing more.',
  C9: 'The places of a room are 1, 2, 3 … without a hole, and epochs never go back.',
  C10: 'A receipt says what is true: sealed means that nothing is lost, and what is lost lies where it says suspect.',
  C11: 'Each listener hears the room as it is, in order, without a hole, or is told where to begin again.',
  C12: 'At the end Redis has let go of what is closed.',
  C13: 'Nothing fails unseen: no unhandled rejection, no violated unique key.',
  C14: 'Posts, comments, uploads and likes are there as acknowledged, and each stream tells them in order.',
}
