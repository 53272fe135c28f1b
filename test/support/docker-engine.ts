import { createServer } from 'node:http'
import { listening } from './listening.ts'

/** A container that was asked for, with the named volumes that it mounts. */
interface Asked {
  name: string
  image: string
  volumes: { volume: string; target: string; isCopied: boolean }[]
}

/** What Compose wanted of an engine, in the order in which it did. */
export interface Engine {
  url: string
  pulled: string[]
  built: string[]
  created: Asked[]
  close(): void
}

/** What is asked for a container, as far as it is looked at here. */
interface Wanted {
  Image: string
  Labels: Record<string, string>
  HostConfig: { Mounts?: { Type: string; Source: string; Target: string; VolumeOptions?: { NoCopy?: boolean } }[] }
}

interface Container {
  id: string
  name: string
  wanted: Wanted
  state: 'created' | 'running' | 'exited'
}

type Answer = [status: number, value: unknown]

/**
 * Stands in for a Docker engine that has `images` and no container: as much of its API as Compose uses to bring a site up. It pulls what is not ours and
 * builds whatever it is told to (by the classic builder: DOCKER_BUILDKIT=0). What is started is well at once; `migrate` ends with 0. What an engine does
 * with all that is not in it.
 */
export async function startEngine(images: readonly string[] = []): Promise<Engine> {
  const here = new Set(images)
  const containers: Container[] = []
  const named = new Map<string, object>()
  const [pulled, built, created]: [string[], string[], Asked[]] = [[], [], []]

  const respond = (method: string, path: string, query: URLSearchParams, body: string): Answer => {
    const [kind = '', of = ''] = path.split('/').slice(1)
    const image = decodeURIComponent(path.replace(/^\/images\/(.*)\/json$/, '$1'))
    switch (`${method} /${kind}${kind === 'images' && of !== 'create' ? '' : path.slice(kind.length + 1)}`) {
      case 'HEAD /_ping':
      case 'GET /_ping':
      case 'GET /info':
      case 'GET /version':
        return [200, { OSType: 'linux', Os: 'linux', ApiVersion: '1.43' }]
      case 'GET /images':
        return here.has(image) ? [200, { Id: idOf(image), RepoTags: [image], Config: {} }] : missing(image)
      case 'POST /images/create': {
        const name = `${query.get('fromImage')}:${query.get('tag')}`.replace(/^docker\.io\/(library\/)?/, '')
        pulled.push(name)
        if (name.startsWith('madang')) return [404, { message: `pull access denied for ${name}` }]
        here.add(name)
        return [200, {}]
      }
      case 'POST /build':
        for (const tag of query.getAll('t')) here.add(tag)
        built.push(...query.getAll('t'))
        return [200, { aux: { ID: idOf(query.get('t') ?? '') } }]
      case 'GET /networks':
        return [200, [...named.values()]]
      case 'POST /networks/create':
      case 'POST /volumes/create': {
        const one = JSON.parse(body) as { Name: string }
        named.set(one.Name, { ...one, Id: one.Name })
        return [201, named.get(one.Name)]
      }
      case 'GET /containers/json':
        return [200, containers.filter(({ wanted }) => hasLabels(wanted.Labels, query)).map(listed)]
      case 'POST /containers/create': {
        const wanted = JSON.parse(body) as Wanted
        if (!here.has(wanted.Image)) return missing(wanted.Image)
        const id = String(containers.length + 1).padStart(64, 'c')
        containers.push({ id, name: query.get('name') ?? '', wanted, state: 'created' })
        created.push({ name: query.get('name') ?? '', image: wanted.Image, volumes: volumesOf(wanted) })
        return [201, { Id: id, Warnings: [] }]
      }
    }
    if (method === 'POST' && path.endsWith('/connect')) return [200, {}]
    const container = containers.find(({ id }) => id === of)
    if (method === 'POST' && container !== undefined && path.endsWith('/start')) {
      container.state = container.name.includes('migrate') ? 'exited' : 'running'
      return [204, undefined]
    }
    if (method !== 'GET') return [501, { message: `not known to the stand-in: ${method} ${path}` }]
    if (container !== undefined) return [200, inspected(container)]
    return named.has(of) ? [200, named.get(of)] : missing(of)
  }

  const { port, close } = await listening(
    createServer(async (req, res) => {
      const parts: Buffer[] = []
      for await (const part of req) parts.push(part as Buffer)
      const { pathname, searchParams } = new URL(req.url ?? '/', 'http://engine')
      res.setHeader('api-version', '1.43').setHeader('ostype', 'linux').setHeader('content-type', 'application/json')
      const path = pathname.replace(/^\/v1\.\d+/, '')
      const [status, value] = respond(req.method ?? '', path, searchParams, Buffer.concat(parts).toString())
      res.writeHead(status).end(JSON.stringify(value))
    }),
  )
  return { url: `tcp://127.0.0.1:${port}`, pulled, built, created, close }
}

const missing = (what: string): Answer => [404, { message: `No such thing: ${what}` }]
const idOf = (image: string): string => `sha256:${Buffer.from(image).toString('hex').padEnd(64, '0').slice(0, 64)}`

function volumesOf({ HostConfig }: Wanted): Asked['volumes'] {
  return (HostConfig.Mounts ?? [])
    .filter(({ Type }) => Type === 'volume')
    .map(({ Source, Target, VolumeOptions }) => ({
      volume: Source.replace('madang_', ''),
      target: Target,
      isCopied: VolumeOptions?.NoCopy !== true,
    }))
}

/** `filters={"label":{"a=b":true}}`. */
function hasLabels(labels: Readonly<Record<string, string>>, query: URLSearchParams): boolean {
  const { label = {} } = JSON.parse(query.get('filters') ?? '{}') as { label?: Record<string, true> }
  return Object.keys(label).every((pair) => {
    const [name = '', value] = pair.split('=')
    return value === undefined ? name in labels : labels[name] === value
  })
}

function listed({ id, name, wanted, state }: Container) {
  return { Id: id, Names: [`/${name}`], Image: wanted.Image, Labels: wanted.Labels, State: state }
}

function inspected({ id, name, wanted, state }: Container) {
  const State = { Status: state, Running: state === 'running', ExitCode: 0, Health: { Status: 'healthy' } }
  const { Image, HostConfig } = wanted
  return { Id: id, Name: `/${name}`, Image, State, Config: wanted, HostConfig, NetworkSettings: { Networks: {} } }
}
