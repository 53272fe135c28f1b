/**
 * What MySQL or MariaDB say themselves when another time would do: they are full, failing, waiting for somebody else, or on their
 * way out. None of these can come of a statement that is wrong.
 */
export const busyOrLeaving = new Set([
  1004, // a temporary file could not be made
  1021, // the disk is full
  1023, // a file could not be closed
  1024, // a file could not be read
  1026, // a file could not be written
  1030, // the storage engine failed: its own number stands in the message, as 28 of a full disk
  1037, // out of memory
  1040, // too many connections
  1041, // out of memory or of file handles
  1053, // shutting down
  1114, // no room for another row: the disk is full
  1129, // this host is blocked after many broken connections
  1135, // no thread could be made
  1152, // the connection was given up in the middle
  1158, // the server could not read from us
  1159, // nor in time
  1160, // nor write to us
  1161, // nor in time
  1180, // COMMIT failed
  1184, // the connection was given up before it was one
  1203, // too many connections of this user
  1205, // a lock was not to be had in time
  1206, // no room for more locks
  1213, // the victim of a deadlock, each time it was tried
  1226, // this user has used up what the hour allows
  1290, // read-only, as after a failover
  1297, // the storage engine failed, and says itself that it will pass
  1317, // the statement was ended by an operator
  1637, // no room for more transactions
  1836, // read-only
  1878, // a temporary file could not be written
  1927, // MariaDB: the connection was ended by an operator
  1969, // MariaDB: the statement took longer than an operator allows
  3019, // no room to undo
  3024, // MySQL: the statement took longer than an operator allows
  3101, // another member of the group won
  3675, // the disk is full, said without waiting
  4031, // the connection was idle for too long
])

/**
 * What they say of who may come in and what may be asked of them: to mend it, an operator needs what stands in quotation marks, a setting, an account, a
 * host, a plugin. Numbers below 1000 are of their files, and name those and what the system says.
 */
const forOperators = new Set([
  1044, // no right to this database
  1045, // a wrong password
  1049, // no such database
  1115, // no such character set
  1130, // this host may not come
  1142, // no right to a table
  1143, // nor to a column
  1153, // a packet above `max_allowed_packet`
  1193, // no such variable
  1227, // a privilege is lacking
  1231, // a variable refuses what it is set to
  1273, // no such collation
  1286, // no such storage engine
  1298, // no such time zone
  1524, // a plugin that is not loaded, as one by which accounts come in
  1698, // this account comes in otherwise
])

/** Whether a message of this number repeats nothing that a statement carried, whatever it has in quotation marks. One that nobody has looked at may. */
export function repeatsNoValue(errno: unknown): boolean {
  return (
    typeof errno === 'number' && ((errno > 0 && errno < 1000) || busyOrLeaving.has(errno) || forOperators.has(errno))
  )
}
