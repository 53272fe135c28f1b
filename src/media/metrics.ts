import type { Log } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Sql } from '../platform/mysql.ts'
import { Survey } from '../platform/survey.ts'
import { countOverdue } from './store.ts'

const overdue = { minutes: 10, most: 10_000 }

/** What waits for a worker, as a worker shows it. */
export function showOverduePictures({ sql, metrics, log }: { sql: Sql; metrics: Metrics; log: Log }): void {
  const survey = new Survey({ name: 'pictures', ask: () => countOverdue(sql, overdue), metrics, log })
  metrics.show(
    'gauge',
    {
      name: 'madang_pictures_overdue',
      help: 'Pictures that a worker should have looked after, or have rendered, ten minutes ago; 10,000 at most',
    },
    () => survey.read(),
  )
}
