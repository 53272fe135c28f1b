import { registerHooks } from 'node:module'

/**
 * Loaded before a server or a worker (`node --import`): tells its parent, when asked, which modules the process has loaded, and makes it
 * fail to find those whose names begin as `WITHOUT_MODULES` says.
 */
const loaded = new Set<string>()
const without = process.env['WITHOUT_MODULES']

registerHooks({
  resolve(specifier, context, next) {
    if (without !== undefined && specifier.startsWith(without)) {
      throw Object.assign(new Error(`Cannot find package '${specifier}'`), { code: 'ERR_MODULE_NOT_FOUND' })
    }
    const found = next(specifier, context)
    loaded.add(found.url)
    return found
  },
})

process.on('message', (message) => {
  if (message === 'modules') process.send?.([...loaded])
})
process.channel?.unref()
