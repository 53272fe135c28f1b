import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { deriveSettings } from './nginx-settings.ts'
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
  /** Then `port` sends everybody to this one. */
  tls?: NginxTls
  /** Where each web server is reached: `host:port`, or `unix:` and the file of its socket. */
  servers: readonly string[]
  /** How it chooses between them; by `ip_hash` unless said otherwise. */
  balance?: string
  /** Names of further servers as `name:port`, which come and go, and who is asked for their addresses. Nginx 1.27.3 or later. */
  named?: { servers: readonly string[]; resolver: string }
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
  /** Connections begin with a line of the PROXY protocol, which says it, instead of X-Forwarded-For. */
  hasProxyProtocol?: boolean
}

export interface NginxTls {
  port: number
  /** PEM files: the certificate with those between it and its authority, and its key. */
  certificate: string
  key: string
  /** What people open: https:// and a host. */
  origin: string
  /** Below it lies what an authority asks for (`.well-known/acme-challenge/`). */
  challengesFolder?: string
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

export const standardLimits: NginxLimits = {
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
  renderTemplates(instance.folder, templateValues(instance))
}

/** Error: a template asks for a name that `values` lacks. */
export function renderTemplates(folder: string, values: Readonly<Record<string, string>>): void {
  mkdirSync(path.join(folder, 'snippets'), { recursive: true })
  const templates = path.join(projectFolder, 'nginx')
  for (const name of readdirSync(templates, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.conf')) continue
    writeFileSync(path.join(folder, name), fillTemplate(readFileSync(path.join(templates, name), 'utf8'), values))
  }
}

/** Arguments that run it in the foreground, writing nothing outside its folder; with `-t` behind them it only checks. */
export function nginxArguments(instance: Pick<NginxInstance, 'folder' | 'errorLog'>): string[] {
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
  return { ...fixedValues(instance), ...limitValues(instance.limits), ...deriveSettings(settingsOf(instance)) }
}

/** In the words of nginx/settings.envsh. */
function settingsOf({ tls, named, ...instance }: NginxInstance): Record<string, string> {
  const hosts = instance.hosts ?? ['127.0.0.1']
  const at = (port: number): string => hosts.map((host) => `${host}:${port}`).join(' ')
  return {
    MADANG_NGINX: instance.program,
    MADANG_ADDRESSES: at(instance.port),
    MADANG_TLS_ADDRESSES: tls === undefined ? '' : at(tls.port),
    PUBLIC_ORIGIN: tls?.origin ?? '',
    MADANG_PROXY_PROTOCOL: instance.hasProxyProtocol === true ? 'on' : 'off',
    MADANG_TRUSTED_PROXIES: (instance.trustedProxies ?? []).join(','),
    MADANG_BALANCE: instance.balance ?? '',
    MADANG_NAMED_SERVERS: named?.servers.join(' ') ?? '',
    MADANG_RESOLVER: named?.resolver ?? '',
    MEDIA_BASE_URL: instance.mediaBaseUrl ?? '',
  }
}

function fixedValues(instance: NginxInstance): Record<string, string> {
  const { tls } = instance
  return {
    // Started by root its workers would become `nobody`, who may not enter our data folder.
    MADANG_USER: process.getuid?.() === 0 ? `user ${userInfo().username};` : '',
    MADANG_WORKERS: '1',
    MADANG_SERVERS: instance.servers.map(upstreamServer).join(' '),
    MADANG_TLS_CERTIFICATE: path.resolve(tls?.certificate ?? ''),
    MADANG_TLS_KEY: path.resolve(tls?.key ?? ''),
    MADANG_CHALLENGES_FOLDER: path.resolve(tls?.challengesFolder ?? path.join(instance.folder, 'challenges')),
    MADANG_ACCESS_LOG: instance.accessLog,
    MADANG_ERROR_LOG: instance.errorLog,
    MADANG_MEDIA_FOLDER: path.resolve(instance.mediaFolder),
    MADANG_WEB_FOLDER: path.resolve(instance.webFolder ?? webFolder),
  }
}

export function limitValues(changes: Partial<NginxLimits> = {}): Record<string, string> {
  const limits = { ...standardLimits, ...changes }
  return {
    MADANG_BODY_MAX: limits.bodyMax,
    MADANG_UPLOAD_MAX: limits.uploadMax,
    MADANG_UPLOADS_PER_ADDRESS: String(limits.uploadsPerAddress),
    MADANG_UPLOADS_AT_ONCE: String(limits.uploadsAtOnce),
    MADANG_REQUESTS_PER_SECOND: String(limits.requestsPerSecond),
    MADANG_REQUESTS_BURST: String(limits.requestsBurst),
    MADANG_CONNECTIONS_PER_ADDRESS: String(limits.connectionsPerAddress),
  }
}
