/** What several contestants stand on: opened by the first that needs it, closed when the last has left. */
export interface Shared<T> {
  join(): Promise<{ value: T; leave(): Promise<void> }>
}

export function sharedBy<T>(open: () => Promise<{ value: T; close(): Promise<void> }>): Shared<T> {
  let opened: ReturnType<typeof open> | undefined
  let users = 0
  return {
    async join() {
      opened ??= open()
      users += 1
      const { value, close } = await opened
      return {
        value,
        async leave() {
          users -= 1
          if (users > 0) return
          opened = undefined
          await close()
        },
      }
    },
  }
}
