-- trim: drops everything up to a seq that MySQL has committed; nothing if that already happened. Never by count: a second
-- flusher that is late would drop what nobody stored.
--
-- KEYS  1 meta  2 buffer  3 dirty  4 live (channel)
-- ARGV  1 room  2 epoch  3 seq
-- Returns { 'absent' }, { 'stale' }, or { 'ok', base, head, bytes }: what is buffered after that

local meta, reason = read_meta(KEYS[1])
if reason then return { reason } end
local seq = tonumber(ARGV[3])
if int(meta.epoch) ~= ARGV[2] or seq > meta.head then return { 'stale' } end
if seq <= meta.base then return { 'ok', int(meta.base), int(meta.head), int(meta.bytes) } end

-- The bytes of what stays are known when what goes is read, or what stays: whichever is less.
local going, staying = seq - meta.base, meta.head - seq
local is_rest_read = staying < going
local read = redis.call('LRANGE', KEYS[2], is_rest_read and going or 0, is_rest_read and -1 or going - 1)
local bytes = 0
for _, stored in ipairs(read) do bytes = bytes + #stored end
if not is_rest_read then bytes = meta.bytes - bytes end

redis.call('LTRIM', KEYS[2], going, -1)
redis.call('HSET', KEYS[1], 'base', int(seq), 'bytes', int(bytes))
local oldest = redis.call('LINDEX', KEYS[2], 0)
if oldest then
  redis.call('ZADD', KEYS[3], string.match(oldest, '^%d+|%d+|(%d+)'), ARGV[1])
else
  redis.call('ZREM', KEYS[3], ARGV[1])
end
redis.call('PUBLISH', KEYS[4], 'S' .. ARGV[2] .. ':' .. int(seq))
return { 'ok', int(seq), int(meta.head), int(bytes) }
