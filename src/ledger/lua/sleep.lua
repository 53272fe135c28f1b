-- sleep: puts an idle room whose entries are all in MySQL on hold, so that nothing follows while MySQL notes that it sleeps.
--
-- KEYS  1 meta
-- ARGV  1 epoch  2 idle time in ms  3 epoch to hold for
-- Returns { 'absent' }, { 'stale' }, { 'awake' } or { 'ok' }

local meta, reason = read_meta(KEYS[1])
if reason then return { reason } end
if int(meta.epoch) ~= ARGV[1] then return { 'stale' } end
local is_idle = now_ms() - math.max(meta.at, meta.turnedAt) >= tonumber(ARGV[2])
if meta.state ~= 'open' or meta.head ~= meta.base or not is_idle then return { 'awake' } end

redis.call('HSET', KEYS[1], 'hold', ARGV[3], 'heldFrom', ARGV[3])
return { 'ok' }
