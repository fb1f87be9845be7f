export interface Database {
  name: string;
}
