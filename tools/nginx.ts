import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { projectFolder, webFolder } from './paths.ts'
import { startProcess } from './processes.ts'
import type { Started } from './processes.ts'

export interface NginxInstance {
  program: string
  /** Where it keeps its configuration, its temporary files and its pid. */
  folder: string
  port: number
  /** Addresses to listen on; the loopback ones unless said otherwise. */
  hosts?: readonly string[]
  /** Where each web server is reached: `host:port`, or `unix:` and the file of its socket. */
  servers: readonly string[]
  /** MEDIA_FOLDER of the servers: its part `public` is served. */
  mediaFolder: string
  /** MEDIA_BASE_URL of the servers: where browsers get pictures from. */
  mediaBaseUrl?: string
  /** The built web client; `web/dist` unless said otherwise. */
  webFolder?: string
  accessLog: string
  errorLog: string
  limits?: Partial<NginxLimits>
  /** Addresses or networks (CIDR) that are believed about the client's address; nobody unless said otherwise. */
  trustedProxies?: readonly string[]
}

export interface NginxLimits {
  bodyMax: string
  /** A little more than MEDIA_MAX_BYTES. */
  uploadMax: string
  uploadsPerAddress: number
  uploadsAtOnce: number
  requestsPerSecond: number
  requestsBurst: number
  connectionsPerAddress: number
}

const standardLimits: NginxLimits = {
  bodyMax: '1m',
  uploadMax: '11m',
  uploadsPerAddress: 20,
  uploadsAtOnce: 100,
  requestsPerSecond: 200,
  requestsBurst: 1000,
  connectionsPerAddress: 2000,
}

/** Writes the configuration from the templates in nginx/, the same that compose gives to the image. */
export function writeNginxConfig(instance: NginxInstance): void {
  mkdirSync(path.join(instance.folder, 'snippets'), { recursive: true })
  const values = templateValues(instance)
  const templates = path.join(projectFolder, 'nginx')
  for (const name of readdirSync(templates, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.conf')) continue
    writeFileSync(
      path.join(instance.folder, name),
      fillTemplate(readFileSync(path.join(templates, name), 'utf8'), values),
    )
  }
}

/** Arguments that run it in the foreground, writing nothing outside its folder; with `-t` behind them it only checks. */
export function nginxArguments(instance: NginxInstance): string[] {
  const folder = `${path.resolve(instance.folder)}/`
  return ['-p', folder, '-c', `${folder}nginx.conf`, '-e', instance.errorLog, '-g', 'daemon off;']
}

export function startNginx(instance: NginxInstance & { pidFile: string; log: string }): Promise<Started> {
  writeNginxConfig(instance)
  const { program, pidFile, log } = instance
  return startProcess({ command: program, args: nginxArguments(instance), log, pidFile })
}

/** The rule of envsubst as the image uses it: names that are given are replaced, Nginx's own variables are left alone. */
export function fillTemplate(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(MADANG_\w+)\}/g, (_whole, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`a template of Nginx asks for ${name}, which has no value`)
    return value
  })
}

/** One server of the upstream, as upstream.conf wants it. */
export function upstreamServer(server: string): string {
  return `server ${quoted(server)} max_fails=0;`
}

/** As one word of Nginx's configuration, whatever folder somebody has put us in. */
function quoted(word: string): string {
  return `"${word.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

function templateValues(instance: NginxInstance): Record<string, string> {
  const limits = { ...standardLimits, ...instance.limits }
  const hosts = instance.hosts ?? ['127.0.0.1']
  return {
    // Started by root its workers would become `nobody`, who may not enter our data folder.
    MADANG_USER: process.getuid?.() === 0 ? `user ${userInfo().username};` : '',
    MADANG_WORKERS: '1',
    MADANG_LISTEN: hosts.map((host) => `listen ${host}:${instance.port};`).join(' '),
    MADANG_SERVERS: instance.servers.map(upstreamServer).join(' '),
    MADANG_ACCESS_LOG: instance.accessLog,
    MADANG_ERROR_LOG: instance.errorLog,
    MADANG_REAL_ADDRESS_FROM: (instance.trustedProxies ?? []).map((proxy) => `set_real_ip_from ${proxy}; `).join(''),
    MADANG_MEDIA_FOLDER: path.resolve(instance.mediaFolder),
    MADANG_PICTURES_FROM: picturesFrom(instance.mediaBaseUrl),
    MADANG_WEB_FOLDER: path.resolve(instance.webFolder ?? webFolder),
    MADANG_BODY_MAX: limits.bodyMax,
    MADANG_UPLOAD_MAX: limits.uploadMax,
    MADANG_UPLOADS_PER_ADDRESS: String(limits.uploadsPerAddress),
    MADANG_UPLOADS_AT_ONCE: String(limits.uploadsAtOnce),
    MADANG_REQUESTS_PER_SECOND: String(limits.requestsPerSecond),
    MADANG_REQUESTS_BURST: String(limits.requestsBurst),
    MADANG_CONNECTIONS_PER_ADDRESS: String(limits.connectionsPerAddress),
  }
}

/** What nginx/pictures-from.envsh makes of it in the container. */
function picturesFrom(mediaBaseUrl = ''): string {
  return mediaBaseUrl.startsWith('http') ? ` ${new URL(mediaBaseUrl).origin}` : ''
}
