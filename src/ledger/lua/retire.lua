-- retire: a final room needs no buffer. Its closed meta stays for a while; an id repeated from now on is looked up in MySQL.
--
-- KEYS  1 meta  2 buffer  3 sent:0  4 sent:1  5 members  6 dirty
-- ARGV  1 room  2 epoch  3 seconds to remember the room
-- Returns { 'absent' }, { 'stale' } or { 'ok' }

local meta, reason = read_meta(KEYS[1])
if reason then return { reason } end
if int(meta.epoch) ~= ARGV[2] or meta.state ~= 'closed' or meta.head ~= meta.base then return { 'stale' } end

redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4], KEYS[5])
redis.call('ZREM', KEYS[6], ARGV[1])
redis.call('HSET', KEYS[1], 'sentSince', int(math.max(now_ms(), meta.at)), 'rotation', int(meta.rotation + 1))
redis.call('EXPIRE', KEYS[1], ARGV[3])
return { 'ok' }
