import { Dialog } from '../../ui/dialog.tsx'
import { text } from './text.ts'

const keys = [
  ['enter', ['Enter']],
  ['shiftEnter', ['Shift', 'Enter']],
  ['up', ['↑']],
  ['down', ['↓']],
  ['ends', ['Home', 'End']],
  ['reply', ['R']],
  ['react', ['+']],
  ['edit', ['E']],
  ['copy', ['C']],
  ['remove', ['Delete']],
  ['newest', ['G']],
  ['escape', ['Esc']],
  ['help', ['?']],
] as const

/** What the keys do in a room. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={text.value.shortcuts} onClose={onClose}>
      <dl class="room-shortcuts">
        {keys.map(([name, caps]) => (
          <div key={name}>
            <dt>
              {caps.map((cap) => (
                <kbd key={cap}>{cap}</kbd>
              ))}
            </dt>
            <dd>{text.value.keys[name]}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
