export { type CodeFrameLine, type CodeFrameOptions, codeFrame, parseCodeFrame } from '@arlen/core/code-frame'
export { clip } from './describe.ts'
export {
  type DevelopmentProblem,
  type DevelopmentProblemOptions,
  developmentProblem,
  type RequestFacts,
  type RequestInput,
} from './development-problem.ts'
export { createSourceReader, type DiagnoseOptions, diagnose } from './diagnose.ts'
export { editorLink } from './editor.ts'
export { escapeHtml, type Html, html, raw } from './html.ts'
export { type Client, negotiate, type Representation } from './negotiate.ts'
export { DEVELOPMENT_PATH, PAGE_HEADERS, type PageOptions, renderDiagnosticsHtml, renderProblemPage } from './page.ts'
export { PAGE_STYLE } from './page-style.ts'
export { createRedact, type Redact, redactUrl } from './redact.ts'
export { type RenderedProblem, renderProblem } from './render.ts'
export { renderDiagnosticsText, renderProblemText, type TextOptions } from './text.ts'
