import './settings-fields.css'
import { texts, waitText } from '../../text/index.ts'
import { Segmented, Select } from '../../ui/choices.tsx'
import { TextArea } from '../../ui/text-area.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { mostName, mostTopic, paces } from './settings-form.ts'
import type { Faults, SettingsDraft } from './settings-form.ts'

const text = texts({
  en: {
    name: 'Name',
    topic: 'Topic',
    topicHint: 'What you want to talk about.',
    seats: 'Seats',
    seatsHint: 'For people beside you.',
    entry: 'Who may come in',
    everybody: 'Everybody',
    invited: 'Who is invited',
    speak: 'Who may speak',
    members: 'Who has a seat',
    word: 'Who has the word',
    slow: 'Slow mode',
    noSlow: 'Off',
    pace: (seconds: number) => `One message in ${waitText(seconds)}`,
    faults: {
      empty: 'Please give the room a name.',
      too_long: 'This is too long.',
      not_a_number: 'Please give a whole number from 1.',
      refused: 'This cannot be taken.',
    },
  },
  ko: {
    name: '이름',
    topic: '주제',
    topicHint: '어떤 이야기를 나눌지 적어 주세요.',
    seats: '자리 수',
    seatsHint: '멘토를 뺀 자리예요.',
    entry: '누가 들어오나요',
    everybody: '누구나',
    invited: '초대한 사람만',
    speak: '누가 말하나요',
    members: '자리가 있는 사람',
    word: '발언권이 있는 사람',
    slow: '느린 모드',
    noSlow: '끔',
    pace: (seconds: number) => `${waitText(seconds)}에 한 번`,
    faults: {
      empty: '방 이름을 적어 주세요.',
      too_long: '너무 길어요.',
      not_a_number: '1 이상의 수를 적어 주세요.',
      refused: '쓸 수 없는 값이에요.',
    },
  },
})

export interface SettingsFieldsProps {
  draft: SettingsDraft
  faults: Faults
  onChange: (change: Partial<SettingsDraft>) => void
}

/** What a mentor says of a room: for opening one and for changing it. */
export function SettingsFields({ draft, faults, onChange }: SettingsFieldsProps) {
  const words = text.value
  const errorOf = (name: keyof SettingsDraft): string | undefined => {
    const fault = faults[name]
    return fault === undefined ? undefined : words.faults[fault]
  }
  const paceChoices = [...new Set([...paces, draft.slowModeSeconds])].map((pace) => ({
    value: pace,
    label: pace === '0' ? words.noSlow : words.pace(Number(pace)),
  }))
  return (
    <div class="settings-fields">
      <TextField
        label={words.name}
        value={draft.name}
        most={mostName}
        error={errorOf('name')}
        autocomplete="off"
        inputRef={(element) => {
          // The dialog that opens with it looks for this.
          if (element !== null) element.autofocus = true
        }}
        onInput={(name) => onChange({ name })}
      />
      <TextArea
        label={words.topic}
        value={draft.topic}
        hint={words.topicHint}
        most={mostTopic}
        error={errorOf('topic')}
        isOptional
        onInput={(topic) => onChange({ topic })}
      />
      <TextField
        label={words.seats}
        value={draft.seats}
        hint={words.seatsHint}
        error={errorOf('seats')}
        inputMode="numeric"
        autocomplete="off"
        onInput={(seats) => onChange({ seats })}
      />
      <Segmented
        label={words.entry}
        value={draft.entry}
        choices={[
          { value: 'open', label: words.everybody },
          { value: 'invited', label: words.invited },
        ]}
        onChoose={(entry) => onChange({ entry })}
      />
      <Segmented
        label={words.speak}
        value={draft.speak}
        choices={[
          { value: 'members', label: words.members },
          { value: 'mentors', label: words.word },
        ]}
        onChoose={(speak) => onChange({ speak })}
      />
      <Select
        label={words.slow}
        value={draft.slowModeSeconds}
        choices={paceChoices}
        error={errorOf('slowModeSeconds')}
        onChoose={(slowModeSeconds) => onChange({ slowModeSeconds })}
      />
    </div>
  )
}
