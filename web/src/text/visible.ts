/** Neither white space nor what only joins, parts or directs what stands around it. */
const visible = /[^\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u

/** Whether anything of a text is to be seen. Nothing else can be sent: the server takes it for nothing, too. */
export function isVisible(text: string): boolean {
  return visible.test(text)
}
