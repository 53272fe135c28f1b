import { html } from './html.ts'
import type { Html } from './html.ts'

/** Everything comes from here, and nothing that stands in the page itself is run. */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

export interface PageParts {
  title: string
  /** The address of the page itself, among those of the menu. */
  current: string
  /** Names of the parts of the API that have a document of their own. */
  domains: readonly string[]
  /** Files of `/docs/` beside those of every page. */
  styles?: readonly string[]
  scripts?: readonly string[]
  main: Html
}

/** A page of the documents as HTML, with the menu that leads to all of them. */
export function pageOf({ title, current, domains, styles = [], scripts = [], main }: PageParts): string {
  const entry = (address: string, name: string): Html =>
    address === current
      ? html`<a href="${address}" aria-current="page">${name}</a>`
      : html`<a href="${address}">${name}</a>`
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" type="image/png" href="/docs/favicon-32x32.png" />
        ${[...styles, 'page.css'].map((name) => html`<link rel="stylesheet" href="/docs/${name}" />`)}
      </head>
      <body>
        <header class="top">
          <a class="home" href="/docs">Madang · API</a>
          <nav aria-label="Documents">
            ${entry('/docs', 'All')}${domains.map((name) => entry(`/docs?part=${name}`, name))}${entry('/docs/live', 'Socket and stream')}
          </nav>
          <p class="files"><a href="/openapi.json">openapi.json</a> <a href="/asyncapi.json">asyncapi.json</a></p>
        </header>
        ${main} ${scripts.map((name) => html`<script src="/docs/${name}"></script>`)}
      </body>
    </html> `
  return page.html
}
