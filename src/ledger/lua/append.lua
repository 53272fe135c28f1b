-- append: puts a batch of entries of one room at its end, in order, each at most once.
--
-- KEYS  1 meta  2 buffer  3 sent:0  4 sent:1  5 members  6 dirty  7 live (channel)  8 turns
-- ARGV  1 room  2 most entries  3 most bytes  4 ids in a sent hash  5 its age in ms  6 clock skew allowed in ms
--       7 '1' when Redis as a whole is full: what people send is refused, unless it is here already
--       then four for each entry:
--       its name, 'sender:id'
--       what decides about it, 'token|takes|change|rules', as a rule the same text for the whole batch: the token under which the id
--       was looked up in MySQL or '', what it takes: '', 'word' or 'turn' (see NewEntry), membership change: '' or
--       'account:version:in', change of the rules: '' or 'version:speak:pace in ms'
--       what is chained of it, 'sender|id|kind|hash'
--       its stored form without the place, 'sender|id|kind|target|hash|payload' (see entry.ts)
-- Returns { 'absent' } or { 'stale' }: nothing was decided. Otherwise
--       { 'ok', epoch, head, at, buffered entries, buffered bytes, bytes of this call, token, answers }, one answer for each entry: its seq where it was
--       kept, with `at` for its time, else 'dup:epoch:seq:at', 'closed', 'bad_id', 'forbidden', 'muted', 'early:wait in ms', 'full', or
--       'lookup' as the last one: the id and all that follow it must be looked up in MySQL under `token` first, so that a speaker's
--       lines keep their order.
--
-- Redis hashes each string that a script makes, all of its bytes: what is long is made once, and nothing long is taken apart.

local first_entry, fields = 8, 4
local meta, reason = read_meta(KEYS[1])
if reason then return { reason } end

local room, max_entries, max_bytes = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local max_ids, max_age, skew = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local is_over_budget = ARGV[7] == '1'
local now = now_ms()
local epoch = int(meta.epoch)
local token = epoch .. '.' .. int(meta.rotation)
local current = KEYS[3 + meta.rotation % 2]
local older = KEYS[4 - meta.rotation % 2]
local stored, answers = {}, {}
local bytes_before = meta.bytes

-- What is asked of Redis is asked once for the batch: names of all its ids, where they stand already, and what has become of them here.
local names = {}
for i = first_entry, #ARGV, fields do names[#names + 1] = ARGV[i] end
local function places_in(hash)
  if #names == 0 then return {} end
  return redis.call('HMGET', hash, unpack(names))
end
local known, known_before = places_in(current), places_in(older)
local sent, places = {}, {}

local function first_of(index)
  return sent[names[index]] or known[index] or known_before[index]
end

local function remember(index, place)
  sent[names[index]] = place
  places[#places + 1] = names[index]
  places[#places + 1] = place
end

-- Of those who speak in this batch; `false` for who is none. A change in the batch changes it here, too.
local members = {}
local function member_of(account)
  if members[account] == nil then members[account] = redis.call('HGET', KEYS[5], account) end
  return members[account]
end

local function may_speak(sender)
  if sender == '0' then return true end
  local member = member_of(sender)
  if not member then return meta.speak == 'all' end
  return string.sub(member, -2) ~= ':0'
end

local function lacks_word(sender, needs)
  if needs.takes == '' or meta.speak ~= 'given' then return false end
  return string.sub(member_of(sender), -2) ~= ':2'
end

-- A room that was written by an earlier version has no pace yet.
local room_pace = tonumber(meta.paceMs or 0)
local function pace_of(needs)
  return needs.takes == 'turn' and room_pace or 0
end

-- Never longer than the pace, should the clock of this Redis have gone back.
local function wait_of(sender, needs)
  local pace = pace_of(needs)
  local last = pace > 0 and redis.call('HGET', KEYS[8], sender)
  if not last then return 0 end
  return math.min(math.max(tonumber(last) + pace - now, 0), pace)
end

local function remember_turn(sender, needs)
  local pace = pace_of(needs)
  if pace == 0 then return end
  redis.call('HSET', KEYS[8], sender, int(now))
  redis.call('PEXPIRE', KEYS[8], int(pace))
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
  local member = member_of(account)
  if member and tonumber(string.match(member, '^%d+')) >= tonumber(version) then return end
  members[account] = version .. ':' .. is_in
  redis.call('HSET', KEYS[5], account, members[account])
end

local function change_rules(change)
  local version, speak, pace = string.match(change, '^(%d+):(%l+):(%d+)$')
  if tonumber(version) <= tonumber(meta.rulesVersion or 0) then return end
  meta.rulesVersion, meta.speak, room_pace = version, speak, tonumber(pace)
  redis.call('HSET', KEYS[1], 'rulesVersion', version, 'speak', speak, 'paceMs', pace)
end

local read = {}
local function read_needs(text)
  if read[text] then return read[text] end
  local token, takes, change, rules = string.match(text, '^([^|]*)|([^|]*)|([^|]*)|([^|]*)$')
  read[text] = { token = token, takes = takes, change = change, rules = rules }
  return read[text]
end

-- Milliseconds that the UUIDv7 behind the colon carries; 0 for an id of the system, which begins with '!'.
local function time_of(sender, name)
  local first = #sender + 2
  return tonumber(string.sub(name, first, first + 7) .. string.sub(name, first + 9, first + 12), 16) or 0
end

-- The latest time that an id carried, of all so far, and of all as it was at the last turn of the hashes, and at the turn before: an id that is later
-- than the last of these is none that was forgotten. They stand in `newest`, behind the head of which they are right. Where one was at work since
-- who does not keep them (an epoch change, close, an earlier version of Madang), what is known is that no id was ever further ahead than the skew.
local newest, newest_older, newest_gone = meta.at + skew, meta.turnedAt + skew, meta.sentSince + skew
local head, so_far, at_turn, before_turn = string.match(meta.newest or '', '^(%d+):(%d+):(%d+):(%d+)$')
if tonumber(head) == meta.head then
  newest, newest_older, newest_gone = tonumber(so_far), tonumber(at_turn), tonumber(before_turn)
end

local put = chain_at(meta, now)
local before_seq, after_seq = epoch .. ':', ':' .. int(meta.at)

local function decide(index, needs, chained, form)
  local first = first_of(index)
  if first then return 'dup:' .. first end
  local sender = string.match(names[index], '^%d+')
  local time = time_of(sender, names[index])
  needs = read_needs(needs)
  if meta.sentSince > 0 and time <= newest_gone and needs.token ~= token then return 'lookup' end
  if meta.state == 'closed' then return 'closed' end
  if time > now + skew then return 'bad_id' end
  if not may_speak(sender) then return 'forbidden' end
  if lacks_word(sender, needs) then return 'muted' end
  local wait = wait_of(sender, needs)
  if wait > 0 then return 'early:' .. int(wait) end
  if is_full(sender) then return 'full' end
  local line, seq = put(chained, form)
  stored[#stored + 1] = line
  remember(index, before_seq .. seq .. after_seq)
  newest = math.max(newest, time)
  remember_turn(sender, needs)
  if needs.change ~= '' then change_members(needs.change) end
  if needs.rules ~= '' then change_rules(needs.rules) end
  return meta.head
end

local was_empty = meta.head == meta.base
for index = 1, #names do
  local at_entry = first_entry + (index - 1) * fields
  answers[index] = decide(index, ARGV[at_entry + 1], ARGV[at_entry + 2], ARGV[at_entry + 3])
  if answers[index] == 'lookup' then break end
end

-- The hashes take turns: the older one may go when all it remembers is in MySQL. The turn is dated by the entry's time, which
-- never goes back: a clock that does must not make forgotten ids look as if they were still to come.
local function turn()
  local is_due = redis.call('HLEN', current) >= max_ids or (meta.turnedAt > 0 and now - meta.turnedAt >= max_age)
  if not is_due or meta.olderLast > meta.base then return end
  redis.call('UNLINK', older)
  newest_older, newest_gone = newest, newest_older
  redis.call('HSET', KEYS[1], 'rotation', int(meta.rotation + 1), 'sentSince', int(meta.turnedAt),
    'turnedAt', int(meta.at), 'olderLast', int(meta.head))
end

if #stored > 0 then
  redis.call('RPUSH', KEYS[2], unpack(stored))
  redis.call('HSET', current, unpack(places))
  if was_empty then redis.call('ZADD', KEYS[6], int(meta.at), room) end
  turn()
  write_head(KEYS[1], meta, 'newest', string.format('%d:%d:%d:%d', meta.head, newest, newest_older, newest_gone))
  redis.call('PUBLISH', KEYS[7], 'E' .. table.concat(stored, '\n'))
end
return { 'ok', epoch, int(meta.head), int(meta.at), int(meta.head - meta.base), int(meta.bytes),
  int(meta.bytes - bytes_before), token, answers }
