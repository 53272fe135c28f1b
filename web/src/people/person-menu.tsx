import type { PersonPage } from '../api/types.ts'
import { confirm } from '../ui/confirm.tsx'
import { copyText } from '../ui/copy-text.ts'
import { Menu } from '../ui/menu.tsx'
import { toast } from '../ui/toast-state.ts'
import { personHref } from '../person/person-href.ts'
import type { PersonState } from './person-state.ts'
import { text } from './text.ts'

/** What else can be done about somebody. */
export function PersonMenu({ person, state }: { person: PersonPage; state: PersonState }) {
  const words = text.value
  const { blocks, mutes } = person.relation
  return (
    <Menu
      label={words.more(person.displayName)}
      items={[
        { label: words.copyLink, icon: 'link', onSelect: () => void copyLink(person) },
        {
          ...(mutes ? { label: words.unmute, icon: 'bell' } : { label: words.mute, icon: 'bell-off' }),
          onSelect: () => void mute(person, state, !mutes),
        },
        blocks
          ? { label: words.unblock, icon: 'block', onSelect: () => void state.wish('block', false) }
          : { label: words.block, icon: 'block', isDangerous: true, onSelect: () => void block(person, state) },
      ]}
    />
  )
}

function copyLink(person: PersonPage): Promise<void> {
  return copyText(new URL(personHref(person), location.href).href, text.value.copied)
}

/** Easily undone, so nobody is asked before. */
async function mute(person: PersonPage, state: PersonState, isOn: boolean): Promise<void> {
  if ((await state.wish('mute', isOn)) !== isOn) return
  const words = text.value
  const said = isOn ? words.muted(person.displayName) : words.unmuted(person.displayName)
  toast({ text: said, action: { label: words.undo, run: () => void state.wish('mute', !isOn) } })
}

/** Ends follows that do not come back, so it is asked before. */
async function block(person: PersonPage, state: PersonState): Promise<void> {
  const words = text.value
  const isSure = await confirm({
    title: words.blockTitle(person.displayName),
    body: words.blockBody,
    yes: words.block,
    isDangerous: true,
  })
  if (isSure && (await state.wish('block', true))) toast({ text: text.value.blocked(person.displayName) })
}
