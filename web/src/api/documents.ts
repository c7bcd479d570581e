import { dataOf, documentsClient as client } from "./clients";
import type { components, paths } from "./generated/documents";

type Schemas = components["schemas"];

export type Library = Schemas["LibraryOut"];
export type LibraryNode = Schemas["NodeOut"];
export type FileVersion = Schemas["VersionOut"];
export type Upload = Schemas["UploadOut"];
export type UploadPart = Schemas["PartOut"];
export type OnConflict = NonNullable<Schemas["UploadIn"]["on_conflict"]>;
export type NodeQuery = NonNullable<paths["/api/documents/libraries/{slug}/nodes"]["get"]["parameters"]["query"]>;

const node = (id: string) => ({ path: { node_id: id } });
const upload = (id: string) => ({ path: { upload_id: id } });

export const documents = {
  libraries: async () => (await dataOf(client.GET("/api/documents/libraries"))).items,
  nodes: (slug: string, query: NodeQuery) =>
    dataOf(client.GET("/api/documents/libraries/{slug}/nodes", { params: { path: { slug }, query } })),
  createFolder: (slug: string, body: Schemas["FolderIn"]) =>
    dataOf(client.POST("/api/documents/libraries/{slug}/folders", { params: { path: { slug } }, body })),
  change: (id: string, body: Schemas["NodeChange"]) =>
    dataOf(client.PATCH("/api/documents/nodes/{node_id}", { params: node(id), body })),
  remove: (id: string, version: number, cascade: boolean) =>
    dataOf(client.DELETE("/api/documents/nodes/{node_id}", { params: { ...node(id), query: { version, cascade } } })),
  restore: (id: string) =>
    dataOf(
      client.POST("/api/documents/nodes/{node_id}/restore", {
        params: node(id),
        body: { on_conflict: "rename", to_root: false },
      }),
    ),
  versions: async (id: string) =>
    (await dataOf(client.GET("/api/documents/nodes/{node_id}/versions", { params: node(id) }))).items,
  link: (id: string, query: { inline?: boolean; version_no?: number } = {}) =>
    dataOf(client.GET("/api/documents/nodes/{node_id}/download", { params: { ...node(id), query } })),
  beginUpload: (slug: string, body: Schemas["UploadIn"]) =>
    dataOf(client.POST("/api/documents/libraries/{slug}/uploads", { params: { path: { slug } }, body })),
  upload: (id: string) => dataOf(client.GET("/api/documents/uploads/{upload_id}", { params: upload(id) })),
  completeUpload: (id: string) =>
    dataOf(client.POST("/api/documents/uploads/{upload_id}/complete", { params: upload(id), body: {} })),
  cancelUpload: (id: string) => dataOf(client.DELETE("/api/documents/uploads/{upload_id}", { params: upload(id) })),
};
