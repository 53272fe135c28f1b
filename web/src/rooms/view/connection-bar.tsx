import { useEffect, useState } from 'preact/hooks'
import type { Connection } from '../../api/live.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useConnection, useSocket } from '../wires.ts'
import { text } from './text.ts'

/** Shorter cuts heal before anybody could read of them. */
const patienceMs = 1200

/** How the room is connected, when it is not as it should be. The region is always there, so that its changes are heard. */
export function ConnectionBar() {
  const connection = useSettled(useConnection())
  return <output class="room-connection">{connection.state !== 'open' && <State connection={connection} />}</output>
}

function State({ connection }: { connection: Connection }) {
  const socket = useSocket()
  const words = text.value
  const seconds = useSecondsUntil(connection.retryAt)
  if (!navigator.onLine) return <Line icon="offline">{words.offline}</Line>
  switch (connection.state) {
    case 'connecting':
      return <Line>{words.connecting}</Line>
    case 'waiting':
      return (
        <Line>
          <span aria-hidden="true">{seconds > 0 ? words.waiting(seconds) : words.connecting}</span>
          <span class="visually-hidden">{words.connecting}</span>
          <Button size="small" look="quiet" onClick={() => socket.wake()}>
            {words.tryNow}
          </Button>
        </Line>
      )
    case 'refused':
      return (
        <Line icon="alert">
          {whyOf(connection)}
          {connection.why === 'outdated' ? (
            <Button size="small" look="quiet" onClick={() => location.reload()}>
              {words.reload}
            </Button>
          ) : (
            <Button size="small" look="quiet" onClick={() => socket.wake()}>
              {words.tryNow}
            </Button>
          )}
        </Line>
      )
    case 'open':
      return null
    default:
      return connection.state satisfies never
  }
}

function whyOf({ why }: Connection): string {
  const words = text.value
  const said = {
    signed_out: words.signedOut,
    removed: words.removed,
    too_many: words.tooMany,
    outdated: words.outdated,
  }
  return why === undefined ? words.removed : said[why]
}

function Line({ icon, children }: { icon?: 'offline' | 'alert'; children: preact.ComponentChildren }) {
  return (
    <p class="room-connection-line">
      {icon === undefined ? <Spinner /> : <Icon name={icon} />}
      <span class="room-connection-words">{children}</span>
    </p>
  )
}

/** Being open again is told at once, trouble when it stays. */
function useSettled(connection: Connection): Connection {
  const [settled, setSettled] = useState<Connection>({ state: 'open' })
  const isTrouble = connection.state !== 'open'
  const wasTrouble = settled.state !== 'open'
  useEffect(() => {
    if (!isTrouble || wasTrouble) return setSettled(connection)
    const timer = setTimeout(setSettled, patienceMs, connection)
    return () => clearTimeout(timer)
  }, [connection, isTrouble, wasTrouble])
  return settled
}

function useSecondsUntil(at: number | undefined): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (at === undefined) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [at])
  return at === undefined ? 0 : Math.max(0, Math.ceil((at - now) / 1000))
}
