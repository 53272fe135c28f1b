import type { Sql } from '../platform/mysql.ts'

const charset = 'ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci'

/**
 * What people should learn of. `inboxes` has one row a person: the row for which changes of that person's notifications wait. A
 * notification has a `place` in its inbox, counted up for each person alone; one that somebody joins moves to a new place, and all
 * up to `read_up_to` are read. `type` and `subject` (such as `post:12`) together say what it is about, so that new types need no
 * new columns; the ids stand beside to be found when what they name is deleted. `latest` are the ids of the last three actors.
 *
 * - `notifications_place`: an inbox, newest first, and what of it is unread.
 * - `notifications_subject`: the unread notification that another like joins; whether this was told already.
 * - `notifications_post`, `notifications_comment`: what goes with a post or a comment.
 * - `notifications_age`: the sweep.
 * - `notification_actors_newest`: the last three of one notification.
 * - `notification_actors_between`: everything that one person told another.
 */
export async function up(sql: Sql): Promise<void> {
  await sql.raw(
    `CREATE TABLE inboxes (
       account_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
       last_place BIGINT UNSIGNED NOT NULL DEFAULT 0,
       read_up_to BIGINT UNSIGNED NOT NULL DEFAULT 0,
       unread INT UNSIGNED NOT NULL DEFAULT 0
     ) ${charset}`,
  )
  await sql.raw(
    `CREATE TABLE notifications (
       id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
       account_id BIGINT UNSIGNED NOT NULL,
       place BIGINT UNSIGNED NOT NULL,
       type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       subject VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       post_id BIGINT UNSIGNED NULL,
       comment_id BIGINT UNSIGNED NULL,
       room_id BIGINT UNSIGNED NULL,
       body VARCHAR(200) NOT NULL,
       actors INT UNSIGNED NOT NULL,
       latest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       UNIQUE KEY notifications_place (account_id, place),
       KEY notifications_subject (account_id, type, subject, place),
       KEY notifications_post (post_id, account_id),
       KEY notifications_comment (comment_id, account_id),
       KEY notifications_age (updated_at)
     ) ${charset}`,
  )
  await sql.raw(
    `CREATE TABLE notification_actors (
       notification_id BIGINT UNSIGNED NOT NULL,
       actor_id BIGINT UNSIGNED NOT NULL,
       account_id BIGINT UNSIGNED NOT NULL,
       place BIGINT UNSIGNED NOT NULL,
       PRIMARY KEY (notification_id, actor_id),
       KEY notification_actors_newest (notification_id, place),
       KEY notification_actors_between (account_id, actor_id)
     ) ${charset}`,
  )
}

export async function down(sql: Sql): Promise<void> {
  for (const table of ['notification_actors', 'notifications', 'inboxes'])
    await sql.raw(`DROP TABLE IF EXISTS ${table}`)
}
