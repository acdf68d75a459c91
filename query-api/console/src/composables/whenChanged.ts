// A form is filled from what was read; read again and found the same, it is left as somebody is typing it.
import { watch, type Ref } from 'vue'

export function whenChanged<T>(data: Readonly<Ref<T>>, fill: () => void): void {
  watch(data, (now, before) => {
    if (JSON.stringify(now) !== JSON.stringify(before)) fill()
  })
}
