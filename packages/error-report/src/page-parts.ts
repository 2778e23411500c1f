// What other pages of a development server are made of, so that they look like those of failures.
export { type Html, html, raw } from './html.ts'
export { DEVELOPMENT_PATH, type PageOptions } from './page-options.ts'
export { renderDiagnosticsHtml } from './page-sections.ts'
export { PAGE_STYLE } from './page-style.ts'
