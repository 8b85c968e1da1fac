// fixes: 1
export function save(text: string, name: string): void {
  const link = document.createElement('a');
  const url = URL.createObjectURL(new Blob([text]));
  link.href = url;
  link.download = name;
  link.click();
  link.remove();
}
