import { html, prose } from '../documents/html.ts'
import type { Html } from '../documents/html.ts'
import { codes } from '../errors.ts'
import type { AsyncApiDocument, ChannelObject } from './document.ts'
import type { Message } from './messages.ts'
import type { Operation } from './operations.ts'
import { schemaTable } from './schema-table.ts'

/** An AsyncAPI document of ours as the main part of a page. It needs no script. */
export function livePage(document: AsyncApiDocument): Html {
  const { info, channels, components } = document
  return html`<main class="live">
    <h1>${info.title}</h1>
    <p>${prose(info.description)}</p>
    ${Object.entries(channels).map(([name, channel]) => channelPart(document, name, channel))}
    <section id="codes">
      <h2>Codes</h2>
      <p>
        What a refusal says, here and over HTTP. Who hears <em>fail</em> knows that nothing was kept;
        <em>unknown</em> means: ask again with the same id.
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Code</th>
            <th scope="col">Meaning</th>
            <th scope="col">A sender may conclude</th>
          </tr>
        </thead>
        <tbody>
          ${Object.entries(codes).map(
            ([code, { title, outcome }]) =>
              html`<tr id="code-${code}">
                <td><code>${code}</code></td>
                <td>${title}</td>
                <td>${outcome}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </section>
    <section id="schemas">
      <h2>Schemas</h2>
      ${Object.entries(components.schemas).map(
        ([name, schema]) =>
          html`<article id="schema-${name}">
            <h3>${name}</h3>
            ${schemaTable(schema)}
          </article>`,
      )}
    </section>
  </main>`
}

function channelPart(document: AsyncApiDocument, name: string, channel: ChannelObject): Html {
  const { messages } = document.components
  const own = Object.entries(messages).filter(([key]) => key.startsWith(`${name}.`))
  const kindOf = (key: string): string => /\.(asks|answers)\./.exec(key)?.[1] ?? 'told'
  const ofKind = Map.groupBy(own, ([key]) => kindOf(key))
  const operations = Object.values(document.operations)
  const operationOf = (key: string): Operation | undefined =>
    operations.find((one) => one.action === 'receive' && one.messages.some(({ $ref }) => $ref.endsWith(`/${key}`)))
  const group = (title: string, kind: string): Html[] => {
    const some = ofKind.get(kind) ?? []
    if (some.length === 0) return []
    return [html`<h3>${title}</h3>`, ...some.map(([key, message]) => messagePart(key, message, operationOf(key)))]
  }
  return html`<section id="${name}">
    <h2>${channel.title} <code>${channel.address}</code></h2>
    ${channel.description.split('\n\n').map((paragraph) => html`<p>${prose(paragraph)}</p>`)}
    <p class="index">${own.map(([key, { title }]) => html`<a href="#${key}">${title}</a> `)}</p>
    ${group('What a client sends', 'asks')} ${group('How it is answered', 'answers')}
    ${group('What is told unasked', 'told')} ${closings(channel)}
  </section>`
}

function messagePart(key: string, message: Message, operation: Operation | undefined): Html {
  const [example] = message.examples ?? []
  return html`<article id="${key}">
    <h4><code>${message.name}</code></h4>
    <p>${prose(message.summary)}</p>
    ${operation?.description === undefined ? undefined : html`<p class="answered">${prose(operation.description)}</p>`}
    ${schemaTable(message.payload)}
    ${
      example === undefined
        ? undefined
        : html`<details>
            <summary>Example</summary>
            <pre><code>${JSON.stringify(example.payload, null, 2)}</code></pre>
          </details>`
    }
  </article>`
}

const advices: Readonly<Record<string, string>> = {
  resume: 'Come back at once and resume',
  resume_later: 'Come back after a wait that doubles, and resume',
  refresh_and_resume: 'Get new tokens, then come back and resume',
  stay_away: 'Stay away until something has changed',
}

function closings({ 'x-close-codes': ends = [] }: ChannelObject): Html | undefined {
  if (ends.length === 0) return undefined
  return html`<h3>How it ends</h3>
    <table>
      <thead>
        <tr>
          <th scope="col">Close code</th>
          <th scope="col">Reason</th>
          <th scope="col">What a client does</th>
        </tr>
      </thead>
      <tbody>
        ${ends.map(
          ({ code, name, advice }) =>
            html`<tr>
              <td>${code}</td>
              <td>${name}</td>
              <td>${advices[advice] ?? advice}</td>
            </tr>`,
        )}
      </tbody>
    </table>`
}
