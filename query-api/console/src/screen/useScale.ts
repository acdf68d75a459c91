// A stage of 1920 by 1080, scaled as a whole and centred: with a transform, which charts' pointers survive.
import { onScopeDispose, ref } from 'vue'

const WIDTH = 1920
const HEIGHT = 1080

export function useScale() {
  const style = ref({})
  function fit() {
    const ratio = Math.min(innerWidth / WIDTH, innerHeight / HEIGHT)
    const [left, top] = [(innerWidth - WIDTH * ratio) / 2, (innerHeight - HEIGHT * ratio) / 2]
    style.value = { transform: `translate(${left}px, ${top}px) scale(${ratio})` }
  }
  fit()
  addEventListener('resize', fit)
  onScopeDispose(() => removeEventListener('resize', fit))
  return style
}
