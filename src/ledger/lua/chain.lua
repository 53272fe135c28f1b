-- Shared by append and close: puts one entry at the end of the room. The stored form is documented in entry.ts.
-- Changes head, at, bytes and digest in the meta table; the caller writes them back. Returns the stored form.
local function chain(meta, now, entry)
  meta.head = meta.head + 1
  meta.at = math.max(meta.at, now)
  local place = int(meta.epoch) .. '|' .. int(meta.head) .. '|' .. int(meta.at)
  local facts = place .. '|' .. entry.sender .. '|' .. entry.id .. '|' .. entry.kind
  meta.digest = redis.sha1hex(meta.digest .. '|' .. facts .. '|' .. entry.hash)
  local stored = facts .. '|' .. entry.target .. '|' .. entry.hash .. '|' .. entry.payload
  meta.bytes = meta.bytes + #stored
  return stored
end

local function write_head(key, meta)
  redis.call('HSET', key, 'head', int(meta.head), 'at', int(meta.at), 'bytes', int(meta.bytes), 'digest', meta.digest)
end
