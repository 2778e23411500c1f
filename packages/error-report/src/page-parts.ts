// Building blocks for other pages of a development server, so that they look like failure pages.
export { editorLink } from './editor.ts'
export { highlight } from './highlight.ts'
export { type Html, html, raw } from './html.ts'
export { DEVELOPMENT_PATH, type PageOptions } from './page-options.ts'
export { renderDiagnosticsHtml } from './page-sections.ts'
export { PAGE_STYLE } from './page-style.ts'
