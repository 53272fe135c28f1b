import { randomUUIDv7 } from 'node:crypto'
import { untilKnown } from '../company.ts'
import { Pictures } from '../pictures.ts'
import { CrashRoom } from '../room.ts'
import type { Scenario } from '../scene.ts'

export const aPictureIsUploaded: Scenario = {
  when: 'a picture is uploaded',
  dies: 'server',
  async play({ t, lab, arm, struck }) {
    const pictures = new Pictures(lab)
    const upload = await pictures.newUpload(lab.company.alice)
    await arm()
    const first = await upload('server-1')
    await struck()
    const again = await untilKnown(lab.stack, () => upload('server-2'))
    t.is(again.status, 201)
    if (first !== 'unknown') t.is(again.body['id'], first.body['id'])
    await pictures.ready(String(again.body['id']))
    await pictures.mustBeTidy(t)
  },
}

export const aPictureIsRendered: Scenario = {
  when: 'it renders a picture',
  dies: 'worker',
  async play({ t, lab, arm, struck, restarted }) {
    const pictures = new Pictures(lab)
    const upload = await pictures.newUpload(lab.company.alice)
    await arm()
    const answer = await upload('server-1')
    await struck()
    await restarted()
    if (answer === 'unknown') return t.fail()
    await pictures.ready(String(answer.body['id']))
    await pictures.mustBeTidy(t)
  },
}

export const aPictureIsSwept: Scenario = {
  when: 'it removes a picture that nobody used',
  dies: 'worker',
  async play({ t, lab, arm, struck, restarted }) {
    const pictures = new Pictures(lab)
    const id = await pictures.uploaded(lab.company.alice)
    await pictures.mustBeTidy(t)
    await arm()
    await pictures.isForgotten(id)
    await struck()
    await restarted()
    await pictures.isGone(id)
    await pictures.mustBeTidy(t)
  },
}

export const aPictureIsSaid: Scenario = {
  when: 'a message with a picture is sent',
  dies: 'server',
  async play({ t, lab, arm, struck }) {
    const pictures = new Pictures(lab)
    const room = await CrashRoom.open(lab)
    const id = await pictures.uploaded(lab.company.alice)
    const line = { id: randomUUIDv7(), body: 'look', media: [{ id, alt: 'the yard' }] }
    await arm()
    const first = await room.trySaying(line, 'server-1')
    await struck()
    await room.sayAgain(line, first, 'server-2')
    await pictures.decideAll()
    await room.mustEndWell(t)
    t.is(await pictures.useOf(id), `message ${room.id}`)
    await pictures.mustBeTidy(t)
  },
}

/** The claim is given up by the sweeper, since the message never came to be. */
export const aPictureIsClaimedForNothing: Scenario = {
  when: 'a message with a picture is sent and not repeated',
  dies: 'server',
  async play({ t, lab, arm, struck }) {
    const pictures = new Pictures(lab)
    const room = await CrashRoom.open(lab)
    const id = await pictures.uploaded(lab.company.alice)
    await arm()
    await lab.company.alice.tell('server-1', {
      ...{ type: 'send', room: room.id, id: randomUUIDv7(), body: 'look' },
      media: [{ id, alt: 'the yard' }],
    })
    await struck()
    await pictures.decideAll()
    await pictures.isGone(id)
    await room.mustEndWell(t)
    await pictures.mustBeTidy(t)
  },
}

export const aPictureIsDeleted: Scenario = {
  when: 'a message with a picture is deleted',
  dies: 'server',
  async play({ t, lab, arm, struck }) {
    const { alice } = lab.company
    const pictures = new Pictures(lab)
    const room = await CrashRoom.open(lab)
    const id = await pictures.uploaded(alice)
    const said = await alice.tell('server-2', {
      ...{ type: 'send', room: room.id, id: randomUUIDv7(), body: 'look' },
      media: [{ id, alt: 'the yard' }],
    })
    if (said === 'unknown') return t.fail()
    const target = `${String(said['epoch'])}:${String(said['seq'])}`
    const deletion = { type: 'delete', room: room.id, id: randomUUIDv7(), target }
    await arm()
    await alice.tell('server-1', deletion)
    await struck()
    t.like(await alice.tell('server-2', deletion), { type: 'ack' })
    await pictures.decideAll()
    await pictures.isGone(id)
    t.is((await alice.askAgain('server-2', `GET /v1/media/${id}`)).status, 404)
    await pictures.mustBeTidy(t)
    await room.close()
    t.is(await room.final(), 'sealed')
  },
}
