import type { Problem } from '@arlen/core'
import { type Html, html, raw } from './html.ts'
import { renderProblemText } from './text.ts'

/** How much of the text form a page has, in characters. */
const MAX_TEXT = 40_000

/**
 * Shows the button where scripts run. Only pages from this machine or over TLS have a clipboard; others let the browser copy what
 * is selected.
 */
export const COPY_SCRIPT: string = `{
  const button = document.querySelector('button.copy')
  const text = document.querySelector('.as-text pre')
  const select = () => {
    text.closest('details').open = true
    getSelection().selectAllChildren(text)
    return document.execCommand('copy') ? undefined : Promise.reject()
  }
  button.hidden = false
  button.onclick = async () => {
    const copied = navigator.clipboard ? navigator.clipboard.writeText(text.textContent).catch(select) : select()
    const said = await Promise.resolve(copied).then(() => 'Copied', () => 'Press the keys that copy')
    document.querySelector('.copied').textContent = said
  }
}`

/** The button that copies the text form of a failure. */
export const copyButton: Html = html`<button type="button" class="copy" hidden>Copy as text</button><span class="copied" role="status"></span>`

/** The text form of a failure, folded, and the script of the button. */
export function textForm(problem: Problem): Html {
  const text = renderProblemText(problem)
  const shown = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…\n` : text
  return html`<details class="as-text"><summary>As text</summary><div><pre class="plain" tabindex="0">${shown}</pre></div></details>
<script>${raw(COPY_SCRIPT)}</script>`
}
