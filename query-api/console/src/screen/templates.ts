// The designs of the big screen. One that is not known is shown as the first.
export const TEMPLATES = ['default', 'focus'] as const
export type Template = (typeof TEMPLATES)[number]

export function templateOf(name: string): Template {
  return (TEMPLATES as readonly string[]).includes(name) ? (name as Template) : 'default'
}
