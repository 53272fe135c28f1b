-- sleep: an idle room whose entries are all in MySQL leaves Redis, in one step.
--
-- KEYS  1 meta  2 buffer  3 sent:0  4 sent:1  5 members  6 dirty
-- ARGV  1 room  2 epoch  3 idle time in ms
-- Returns { 'absent' }, { 'stale' }, { 'awake' } or { 'ok' }

local meta, reason = read_meta(KEYS[1])
if reason then return { reason } end
if int(meta.epoch) ~= ARGV[2] then return { 'stale' } end
local is_idle = now_ms() - math.max(meta.at, meta.turnedAt) >= tonumber(ARGV[3])
if meta.state ~= 'open' or meta.head ~= meta.base or not is_idle then return { 'awake' } end

redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5])
redis.call('ZREM', KEYS[6], ARGV[1])
return { 'ok' }
