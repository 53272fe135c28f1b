-- leave: a room that MySQL has noted as asleep leaves Redis. Nothing happens if an epoch change has taken over its hold.
--
-- KEYS  1 meta  2 buffer  3 sent:0  4 sent:1  5 members  6 dirty
-- ARGV  1 room  2 epoch that it is on hold for
-- Returns { 'ok' } or { 'stale' }

if redis.call('HGET', KEYS[1], 'hold') ~= ARGV[2] then return { 'stale' } end
redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5])
redis.call('ZREM', KEYS[6], ARGV[1])
return { 'ok' }
