import type { Relation } from '../api/people.ts'
import { api } from '../shell/session.ts'
import { personList } from '../timeline/feeds.ts'
import { forgetList, posts } from '../timeline/timeline-state.ts'

/** Changes how I stand to somebody, on the server and in the posts that are shown. Error: `ApiProblem`. */
export async function changeRelation(username: string, relation: Relation, isOn: boolean): Promise<void> {
  // Whom I block has written nothing for me: a list of it that is kept would be read again and refused, as soon as the stream tells of the block, before the answer.
  if (relation === 'block' && isOn) forgetList(personList(username))
  await (isOn ? api.people.begin(relation, username) : api.people.end(relation, username))
  // Of other lists the stream tells the rest; whom one follows changes what is below as well.
  if (relation === 'follow') forgetList('following')
  else if (isOn) posts.hide(username)
  else posts.readAnew()
}
