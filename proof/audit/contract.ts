/** What an outside tool says against Madang. */
export interface Finding {
  tool: string
  /** A route, a file, a mode of the tool. */
  where: string
  what: string
  /** The tool has not come to a verdict: something to look at, though nothing was found. */
  isUnjudged?: boolean
}

/** What a tool has done and found. */
export interface Judgement {
  /** How much was tried, in the words of a report. */
  tried: string
  findings: Finding[]
}

/** Where tools find a service, and who they are there. */
export interface Target {
  /** Of Nginx, on the loopback. */
  address: string
  token: string
}

/** What every tool is given. */
export interface Bench {
  /** Of its logs. */
  folder: string
  /** Shortens everything: for a look whether it works at all. */
  isQuick: boolean
  say: (text: string) => void
}
