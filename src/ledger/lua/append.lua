-- append: puts a batch of entries of one room at its end, in order, each at most once.
--
-- KEYS  1 meta  2 buffer  3 sent:0  4 sent:1  5 members  6 dirty  7 live (channel)
-- ARGV  1 room  2 most entries  3 most bytes  4 ids in a sent hash  5 its age in ms  6 clock skew allowed in ms
--       7 '1' when Redis as a whole is full: what people send is refused, unless it is here already
--       then nine for each entry:
--       sender, id, time of the id in ms (0 for the system's), token under which the id was looked up in MySQL or '',
--       kind, target, hash, payload, membership change: '' or 'account:version:in'
-- Returns { 'absent' } or { 'stale' }: nothing was decided. Otherwise
--       { 'ok', epoch, head, buffered entries, buffered bytes, token, answers }, one answer for each entry:
--       'kept:seq:at', 'dup:epoch:seq:at', 'closed', 'bad_id', 'forbidden', 'full', or 'lookup' as the last one: the id and
--       all that follow it must be looked up in MySQL under `token` first, so that a speaker's lines keep their order.

local fields = 9
local meta, reason = read_meta(KEYS[1])
if reason then return { reason } end

local room, max_entries, max_bytes = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local max_ids, max_age, skew = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local is_over_budget = ARGV[7] == '1'
local now = now_ms()
local token = int(meta.epoch) .. '.' .. int(meta.rotation)
local current = KEYS[3 + meta.rotation % 2]
local older = KEYS[4 - meta.rotation % 2]
local stored, sent = {}, {}
local answers = {}

local function first_of(name)
  return sent[name] or redis.call('HGET', current, name) or redis.call('HGET', older, name)
end

local function may_speak(sender)
  if sender == '0' then return true end
  local member = redis.call('HGET', KEYS[5], sender)
  if meta.speak == 'all' then return not member or string.sub(member, -2) == ':1' end
  return member and string.sub(member, -2) == ':1'
end

-- The system's entries (a kick, a leave) may go over the cap, so that a full room can still be kept in order.
local function is_full(sender)
  if is_over_budget and sender ~= '0' then return true end
  local factor = sender == '0' and 2 or 1
  return meta.head - meta.base >= max_entries * factor or meta.bytes >= max_bytes * factor
end

local function change_members(change)
  local account, version, is_in = string.match(change, '^(%d+):(%d+):(%d)$')
  if tonumber(version) <= tonumber(meta.membersVersion) then return end
  local known = redis.call('HGET', KEYS[5], account)
  if known and tonumber(string.match(known, '^%d+')) >= tonumber(version) then return end
  redis.call('HSET', KEYS[5], account, version .. ':' .. is_in)
end

local function decide(entry)
  local name = entry.sender .. ':' .. entry.id
  local first = first_of(name)
  if first then return 'dup:' .. first end
  if meta.sentSince > 0 and entry.time <= meta.sentSince + skew and entry.token ~= token then return 'lookup' end
  if meta.state == 'closed' then return 'closed' end
  if entry.time > now + skew then return 'bad_id' end
  if not may_speak(entry.sender) then return 'forbidden' end
  if is_full(entry.sender) then return 'full' end
  stored[#stored + 1] = chain(meta, now, entry)
  sent[name] = int(meta.epoch) .. ':' .. int(meta.head) .. ':' .. int(meta.at)
  if entry.change ~= '' then change_members(entry.change) end
  return 'kept:' .. int(meta.head) .. ':' .. int(meta.at)
end

local was_empty = meta.head == meta.base
for i = 8, #ARGV, fields do
  local answer = decide({
    sender = ARGV[i], id = ARGV[i + 1], time = tonumber(ARGV[i + 2]), token = ARGV[i + 3], kind = ARGV[i + 4],
    target = ARGV[i + 5], hash = ARGV[i + 6], payload = ARGV[i + 7], change = ARGV[i + 8],
  })
  answers[#answers + 1] = answer
  if answer == 'lookup' then break end
end

-- The hashes take turns: the older one may go when all it remembers is in MySQL. The turn is dated by the entry's time, which
-- never goes back: a clock that does must not make forgotten ids look as if they were still to come.
local function turn()
  local is_due = redis.call('HLEN', current) >= max_ids or (meta.turnedAt > 0 and now - meta.turnedAt >= max_age)
  if not is_due or meta.olderLast > meta.base then return end
  redis.call('UNLINK', older)
  redis.call('HSET', KEYS[1], 'rotation', int(meta.rotation + 1), 'sentSince', int(meta.turnedAt),
    'turnedAt', int(meta.at), 'olderLast', int(meta.head))
end

if #stored > 0 then
  write_head(KEYS[1], meta)
  redis.call('RPUSH', KEYS[2], unpack(stored))
  for name, place in pairs(sent) do redis.call('HSET', current, name, place) end
  if was_empty then redis.call('ZADD', KEYS[6], int(meta.at), room) end
  turn()
  redis.call('PUBLISH', KEYS[7], 'E' .. table.concat(stored, '\n'))
end
return { 'ok', int(meta.epoch), int(meta.head), int(meta.head - meta.base), int(meta.bytes), token, answers }
