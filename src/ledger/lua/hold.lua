-- hold: an epoch change begins; from here append, close, trim and sleep answer 'stale' until rebase. A hold that comes late,
-- behind a newer one or behind the epoch itself, changes nothing. The first of several holds is remembered: no epoch from there
-- on has been installed.
--
-- KEYS  1 meta
-- ARGV  1 epoch to come
-- Returns { 'late' }, or { 'ok', run id of this Redis }

local epoch = tonumber(ARGV[1])
local known = redis.call('HMGET', KEYS[1], 'epoch', 'hold')
if tonumber(known[1] or 0) >= epoch or tonumber(known[2] or 0) >= epoch then return { 'late' } end
redis.call('HSETNX', KEYS[1], 'heldFrom', ARGV[1])
redis.call('HSET', KEYS[1], 'hold', ARGV[1])
return { 'ok', string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') }
