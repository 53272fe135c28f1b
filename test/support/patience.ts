/** Everything is waited for as a condition; this is when it counts as not coming, also on a machine that is very busy. */
export const patienceMs = 60_000
