import './about-part.css'
import { version } from '../../../package.json'
import { text } from './settings-text.ts'

export function AboutPart() {
  const words = text.value
  return (
    <section class="settings-section" aria-labelledby="about-title">
      <h2 id="about-title">{words.aboutTitle}</h2>
      <p>{words.about}</p>
      <dl class="about-facts">
        <dt>{words.version}</dt>
        <dd>{version}</dd>
        <dt>{words.licence}</dt>
        <dd>MIT</dd>
        <dt>{words.api}</dt>
        <dd>
          <a href="/docs">{words.apiLink}</a>
        </dd>
      </dl>
    </section>
  )
}
